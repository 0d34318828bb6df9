/** MASKWATCH_SHAPE=scaled: services that run apart, in place of `maskwatch start`. */
export const scaled = process.env.MASKWATCH_SHAPE === 'scaled';

/** Where cameras and receivers of a test listen: services that run apart reach no loopback. */
export const listenHost = scaled ? '0.0.0.0' : '127.0.0.1';
