/** A private certificate authority for one stack or one test. */
import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** In PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** The authority's certificate, in PEM. */
  readonly ca: string;
  /** Issues a certificate for a server with these hosts, or a client with this name. Valid for a year by default. */
  certify(name: string, hosts?: readonly string[], notAfter?: Date): Promise<KeyPair>;
}

const COMMON = { keyType: 'ec', algorithm: 'sha256' } as const;
const DAY_MS = 24 * 3_600_000;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** Creates an authority. Two authorities with the same name do not trust each other's certificates. */
export async function makeAuthority(name = 'test authority'): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: name }], {
    ...COMMON,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const ca = { key: root.private, cert: root.cert };
  return {
    ca: root.cert,
    certify: async (subject, hosts = [subject], notAfter) => {
      const altNames = hosts.map((host) =>
        isIP(host) === 0 ? ({ type: DNS_NAME, value: host } as const) : ({ type: IP_ADDRESS, ip: host } as const),
      );
      const issued = await generate([{ name: 'commonName', value: subject }], {
        ...COMMON,
        ca,
        ...(notAfter !== undefined && { notBeforeDate: new Date(notAfter.getTime() - DAY_MS), notAfterDate: notAfter }),
        extensions: [
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          { name: 'subjectAltName', altNames },
        ],
      });
      return { cert: issued.cert, key: issued.private };
    },
  };
}
