/**
 * Content that never changes while the process runs: created and compressed once, and not sent again to clients that
 * already have it.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { once } from '../once.ts';

interface Content {
  readonly content: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asset {
  readonly path: string;
  readonly type: string;
  /** Called on the first request, and again only if that failed. */
  readonly make: () => Promise<Content>;
}

const compress = promisify(gzip);

export function serveAsset(app: FastifyInstance, asset: Asset): void {
  app.get(asset.path, handlerOf(asset));
}

/** Answers requests for the asset, whatever their path is. */
export function handlerOf({ type, make }: Omit<Asset, 'path'>) {
  const made = once(async () => {
    const { content, headers = {} } = await make();
    const digest = createHash('sha256').update(content).digest('base64url').slice(0, 27);
    return { content, headers, digest, compressed: once(() => compress(content)) };
  });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { content, headers, digest, compressed } = await made();
    const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding']));
    const etag = zipped ? `"${digest}-gzip"` : `"${digest}"`;
    reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'no-cache', ...headers });
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    reply.type(type);
    if (!zipped) return reply.send(content);
    return reply.header('content-encoding', 'gzip').send(await compressed());
  };
}
