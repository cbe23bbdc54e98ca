/** Something that never changes while the process runs: made once, compressed once, and not sent again to who has it. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly content: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const compress = promisify(gzip);

export function serveAsset(app: FastifyInstance, { path, type, content, headers = {} }: Asset): void {
  const digest = createHash('sha256').update(content).digest('base64url').slice(0, 27);
  let compressed: Promise<Buffer> | null = null;
  // A colon stands for itself in our paths, never for a parameter.
  app.get(path.replaceAll(':', '::'), async (request, reply) => {
    const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding']));
    const etag = zipped ? `"${digest}-gzip"` : `"${digest}"`;
    reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'no-cache', ...headers });
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    reply.type(type);
    if (!zipped) return reply.send(content);
    compressed ??= compress(content);
    return reply.header('content-encoding', 'gzip').send(await compressed);
  });
}
