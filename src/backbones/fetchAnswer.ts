import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isAbort, RetrainError, systemCode } from '../base';
import { agentFor, type ProxySettings } from './proxy';

export interface FetchOptions extends ProxySettings {
  readonly signal?: AbortSignal | undefined;
  /** Without a byte for so many milliseconds a transfer counts as broken off. */
  readonly patience?: number | undefined;
}

const mostRedirects = 5;
const redirects: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);

/**
 * The answer to a GET of `url`, after at most five redirections; its body has not been read.
 * @throws DOWNLOAD_UNREACHABLE, DOWNLOAD_REFUSED, DOWNLOAD_ADDRESS; the signal's reason
 */
export async function fetchAnswer(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: FetchOptions,
): Promise<IncomingMessage> {
  let address = addressOf(url);
  for (let count = 0; count <= mostRedirects; count++) {
    const response = await ask(address, headers, options);
    const { location } = response.headers;
    if (!redirects.has(response.statusCode) || location === undefined) return response;
    response.resume();
    const next = addressOf(location, address);
    // What was asked for in confidence does not go on in the open.
    if (address.protocol === 'https:' && next.protocol !== 'https:')
      throw new RetrainError('DOWNLOAD_REFUSED', { url, reason: `it leads to ${next.protocol}` });
    address = next;
  }
  throw new RetrainError('DOWNLOAD_REFUSED', { url, reason: 'it leads on and on' });
}

/** @throws DOWNLOAD_ADDRESS */
export function addressOf(text: string, base?: URL): URL {
  const address = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (address?.protocol !== 'http:' && address?.protocol !== 'https:')
    throw new RetrainError('DOWNLOAD_ADDRESS', { url: text });
  return address;
}

function ask(
  address: URL,
  headers: Readonly<Record<string, string>>,
  { signal, proxy, proxyAuthorization, noProxy, strictSsl, patience = 30_000 }: FetchOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const agent = agentFor(address, { proxy, proxyAuthorization, noProxy, strictSsl });
    const client = address.protocol === 'https:' ? https : http;
    const sent = client.get(
      address,
      {
        headers: { 'user-agent': 'retrain-classifier', 'accept-encoding': 'identity', ...headers },
        ...(agent && { agent }),
        ...(signal && { signal }),
        ...(strictSsl === false && { rejectUnauthorized: false }),
      },
      resolve,
    );
    sent.setTimeout(patience, () => sent.destroy(new Error('nothing came any more')));
    sent.on('error', (error: Error) => {
      if (isAbort(error)) return reject(error);
      const reason = systemCode(error) ?? error.message;
      reject(new RetrainError('DOWNLOAD_UNREACHABLE', { url: address.href, reason }, { cause: error }));
    });
  });
}
