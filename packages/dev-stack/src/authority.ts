/** A certificate authority of a stack's own, or a test's. */
import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** In PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Its own certificate, in PEM. */
  readonly ca: string;
  /** Certifies a server that is reached at these hosts, or a client of this name; for a year unless told. */
  certify(name: string, hosts?: readonly string[], notAfter?: Date): Promise<KeyPair>;
}

const COMMON = { keyType: 'ec', algorithm: 'sha256' } as const;
const DAY_MS = 24 * 3_600_000;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** Makes one; two of the same name are strangers to each other all the same. */
export async function makeAuthority(name = 'test authority'): Promise<Authority> {
  const own = await generate([{ name: 'commonName', value: name }], {
    ...COMMON,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const ca = { key: own.private, cert: own.cert };
  return {
    ca: own.cert,
    certify: async (subject, hosts = [subject], notAfter) => {
      const altNames = hosts.map((host) =>
        isIP(host) === 0 ? ({ type: DNS_NAME, value: host } as const) : ({ type: IP_ADDRESS, ip: host } as const),
      );
      const made = await generate([{ name: 'commonName', value: subject }], {
        ...COMMON,
        ca,
        ...(notAfter !== undefined && { notBeforeDate: new Date(notAfter.getTime() - DAY_MS), notAfterDate: notAfter }),
        extensions: [
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          { name: 'subjectAltName', altNames },
        ],
      });
      return { cert: made.cert, key: made.private };
    },
  };
}
