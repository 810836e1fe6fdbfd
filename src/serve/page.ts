import { createHash } from 'node:crypto';
import { servedPage } from '../export/html/writer-page.js';
import { pageModel } from '../export/page-model.js';
import { UserError } from '../foundation/errors.js';
import { ApiError } from './api-error.js';
import { bytesBody } from './bytes-body.js';
import type { Handler, ServerContext } from './exchange.js';
import type { ServedModel } from './served-model.js';

/** Bytes that stay the same while the server runs. */
interface Kept {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/**
 * Answers `/`, a page that everyone may see, because it has no model, and `/v1/models/{model}/file`, from which the page gets one. A
 * file is made of the opened model at its first request, so that the page writes the texts of this model, whatever happens to the file on
 * the disk.
 *
 * @param hasKey whether requests need a key; no browser then stores a file
 */
export function pageHandlers(context: ServerContext, hasKey: boolean): { readonly page: Handler; readonly file: Handler } {
  const { completions, models, file } = context.endpoints;
  const { html, policy } = servedPage({
    needsKey: hasKey,
    models: models.path,
    file: file.path,
    completions: completions.path,
  });
  const page = kept(Buffer.from(html));
  const pageHeaders = {
    'cache-control': 'no-cache',
    'content-type': 'text/html; charset=utf-8',
    // What an element of the page cannot say: no other page shows it within itself.
    'content-security-policy': `${policy}; frame-ancestors 'none'`,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  };
  const files = new Map<ServedModel, Kept>();

  function fileOf(served: ServedModel): Kept {
    const known = files.get(served) ?? kept(fileBytes(served));
    files.set(served, known);
    return known;
  }

  return {
    page(request) {
      const headers = { ...pageHeaders, etag: page.etag };
      if (isKnown(request.header('if-none-match'), page)) return new Response(null, { status: 304, headers });
      return new Response(page.bytes as Uint8Array<ArrayBuffer>, { headers });
    },
    file(request, exchange) {
      const served = context.modelOf(request.param('model') ?? '');
      exchange.model = served.name;
      const found = fileOf(served);
      const headers = {
        'cache-control': hasKey ? 'no-store' : 'no-cache',
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(served.name)}.safetensors`,
        'content-type': 'application/octet-stream',
        'cross-origin-resource-policy': 'same-origin',
        etag: found.etag,
      };
      if (isKnown(request.header('if-none-match'), found)) return new Response(null, { status: 304, headers });
      const whole = { ...headers, 'content-length': String(found.bytes.length) };
      if (request.raw.method === 'HEAD') return new Response(null, { headers: whole });
      return new Response(bytesBody(found.bytes, exchange), { headers: whole });
    },
  };
}

function fileBytes({ name, model }: ServedModel): Uint8Array {
  if ('exported' in model) throw notInPage(`${name} is an exported file, which a page cannot compute`);
  try {
    return pageModel(model, name);
  } catch (error) {
    if (error instanceof UserError) throw notInPage(error.message);
    throw error;
  }
}

const notInPage = (message: string) =>
  new ApiError(404, `${message}; requests to the server can use it`, { param: 'model', code: 'model_not_in_page' });

const kept = (bytes: Uint8Array): Kept => ({ bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` });

/** Whether the client already has these bytes. @param header `if-none-match` */
const isKnown = (header: string | undefined, { etag }: Kept) =>
  header?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false;
