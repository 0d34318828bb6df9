/** The main job, unchanged, on services that run apart: started from the compose file as it is. */
process.env.MASKWATCH_SHAPE = 'scaled';
await import('../service/main-job.test.ts');
