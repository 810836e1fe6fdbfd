import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import { ApiError, clientClosed } from './api-error.js';

/**
 * The body of a request, checked by a schema.
 * @param most bytes
 * @throws ApiError 413 for a larger body, 415 for another type than JSON, 400 for what the schema does not allow
 */
export async function readBody<T extends z.ZodType>(request: HonoRequest, schema: T, most: number): Promise<z.infer<T>> {
  checkMediaType(request);
  const text = await readText(request, most);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, `the body is not JSON: ${(error as SyntaxError).message.slice(0, 200)}`, { code: 'invalid_json' });
  }
  const result = schema.safeParse(value);
  if (!result.success) throw refusal(result.error);
  return result.data;
}

/** Other types are refused, because a web page can send those to another server without asking it. */
function checkMediaType(request: HonoRequest): void {
  const [type = '', ...parameters] = (request.header('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  if (type.trim() !== 'application/json' || (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)))
    throw new ApiError(415, 'the content-type of a request must be application/json, in UTF-8', {
      code: 'unsupported_media_type',
    });
  const encoding = request.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    throw new ApiError(415, 'the body is compressed: send it without content-encoding', { code: 'unsupported_media_type' });
}

async function readText(request: HonoRequest, most: number): Promise<string> {
  const tooLarge = new ApiError(413, `the body has more than ${most} bytes, the limit of this server`, {
    code: 'body_too_large',
    headers: { connection: 'close' },
  });
  if (Number(request.header('content-length') ?? 0) > most) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.raw.body ?? []) {
      length += chunk.length;
      if (length > most) throw tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    // Nothing but the connection fails here.
    throw error === tooLarge ? error : clientClosed();
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new ApiError(400, 'the body is not UTF-8', { code: 'invalid_json' });
  }
}

/** The first objection of a schema. */
function refusal({ issues: [issue] }: z.ZodError): ApiError {
  if (issue!.code === 'unrecognized_keys') {
    const [key = ''] = issue!.keys;
    const param = nameOf([...issue!.path, key]);
    return new ApiError(400, `${param} is not a parameter of this request`, { param, code: 'unknown_parameter' });
  }
  const param = nameOf(issue!.path);
  return new ApiError(400, `${param === '' ? 'the body' : param}: ${issue!.message}`, {
    ...(param !== '' && { param }),
    code: issue!.code === 'invalid_type' ? 'invalid_type' : 'invalid_value',
  });
}

/** `prompt[3]`, `stream_options.include_usage`, of limited length. */
function nameOf(path: readonly PropertyKey[]): string {
  const name = path.reduce<string>(
    (before, key) => (typeof key === 'number' ? `${before}[${key}]` : `${before}${before === '' ? '' : '.'}${String(key)}`),
    '',
  );
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
