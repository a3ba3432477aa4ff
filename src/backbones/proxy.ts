import type { Agent } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { RetrainError } from '../base';

/** What the editor's settings say of the way to a server. */
export interface ProxySettings {
  /** http.proxy. */
  readonly proxy?: string | undefined;
  /** http.proxyStrictSSL: false takes any certificate, of the proxy and of the server behind it. */
  readonly strictSsl?: boolean | undefined;
}

/**
 * How to reach `url`: through the proxy of the settings, else through what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, as
 * curl reads them; undefined: directly.
 * @throws DOWNLOAD_UNREACHABLE where the proxy is none of HTTP
 */
export function agentFor(
  url: URL,
  { proxy, strictSsl }: ProxySettings,
  env: NodeJS.ProcessEnv = process.env,
): Agent | undefined {
  const address = proxy || proxyOf(url, env);
  if (address === undefined) return undefined;
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  if (!/^https?:/i.test(full) || !URL.canParse(full))
    throw new RetrainError('DOWNLOAD_UNREACHABLE', { url: url.href, reason: 'the proxy is none of HTTP' });
  const options = strictSsl === false ? { rejectUnauthorized: false } : {};
  return url.protocol === 'https:' ? new HttpsProxyAgent(full, options) : new HttpProxyAgent(full, options);
}

function proxyOf(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  if (excluded(url, read('NO_PROXY'))) return undefined;
  return read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') || read('ALL_PROXY') || undefined;
}

/** `*`, or names separated by commas: each holds for itself and all below it, with a port only for that port. */
function excluded(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    const bare = name.replace(/^\*?\./, '').toLowerCase();
    if (bare === '' || (only !== undefined && only !== port)) return false;
    return host === bare || host.endsWith(`.${bare}`);
  });
}
