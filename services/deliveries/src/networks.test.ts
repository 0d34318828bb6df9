import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { asNetwork, isPublic, isWithin, parseAddress, parseNetwork } from './networks.ts';

const part = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(part, part, part, part).map((parts) => parts.join('.'));

describe('networks', () => {
  it('judge an IPv4 address the same in IPv6 clothes', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        const mapped = parseAddress(`::ffff:${address}`);
        assert.equal(isPublic(mapped), isPublic(parseAddress(address)));
        assert.equal(mapped.toString(), address);
      }),
    );
  });

  it('hold no IPv6 address outside of global unicast for public', () => {
    const word = fc.integer({ min: 0, max: 0xffff });
    const outside = word.filter((first) => first < 0x2000 || first > 0x3fff);
    fc.assert(
      fc.property(outside, fc.array(word, { minLength: 7, maxLength: 7 }), (first, rest) => {
        const address = [first, ...rest].map((one) => one.toString(16)).join(':');
        const parsed = parseAddress(address);
        // Only a mapped address can be public here, by the IPv4 address in it.
        if (parsed.kind() === 'ipv6') assert.equal(isPublic(parsed), false, address);
      }),
    );
  });

  it('name the network of one address so that it contains this one and no neighbour', () => {
    fc.assert(
      fc.property(ipv4, ipv4, (address, other) => {
        const network = [parseNetwork(asNetwork(parseAddress(address)))];
        assert.equal(isWithin(parseAddress(address), network), true);
        assert.equal(isWithin(parseAddress(other), network), address === other);
      }),
    );
  });
});
