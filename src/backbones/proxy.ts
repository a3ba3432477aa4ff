import type { Agent } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { RetrainError } from '../base';

/** What the editor's settings say of the way to a server. */
export interface ProxySettings {
  /** http.proxy. */
  readonly proxy?: string | undefined;
  /** http.proxyAuthorization: sent to a proxy as the header Proxy-Authorization. */
  readonly proxyAuthorization?: string | undefined;
  /** http.noProxy: what is reached directly, written as in NO_PROXY. */
  readonly noProxy?: readonly string[] | undefined;
  /** http.proxyStrictSSL: false takes any certificate, of the proxy and of the server behind it. */
  readonly strictSsl?: boolean | undefined;
}

/**
 * How to reach `url`: directly (undefined) where `noProxy` of the settings names it, as the editor does whatever proxy
 * there is; else through the proxy of the settings, else through what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, as curl
 * reads them.
 * @throws DOWNLOAD_UNREACHABLE where the proxy is none of HTTP
 */
export function agentFor(
  url: URL,
  { proxy, proxyAuthorization, noProxy = [], strictSsl }: ProxySettings,
  env: NodeJS.ProcessEnv = process.env,
): Agent | undefined {
  if (excluded(url, noProxy)) return undefined;
  const address = proxy || proxyOf(url, env);
  if (address === undefined) return undefined;
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  if (!/^https?:/i.test(full) || !URL.canParse(full))
    throw new RetrainError('DOWNLOAD_UNREACHABLE', { url: url.href, reason: 'the proxy is none of HTTP' });
  const options = {
    ...(strictSsl === false && { rejectUnauthorized: false }),
    ...(proxyAuthorization && { headers: { 'Proxy-Authorization': proxyAuthorization } }),
  };
  return url.protocol === 'https:' ? new HttpsProxyAgent(full, options) : new HttpProxyAgent(full, options);
}

function proxyOf(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  if (excluded(url, read('NO_PROXY').split(/[\s,]+/))) return undefined;
  return read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') || read('ALL_PROXY') || undefined;
}

/**
 * Each of `list` is `*`, or a name, which holds for itself and all below it, or an address or a block of addresses
 * (CIDR); with a port only for that port.
 */
function excluded(url: URL, list: readonly string[]): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.some((given) => {
    const entry = given.trim().toLowerCase();
    if (entry === '*') return true;
    if (isIn(entry, host)) return true;
    const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
    if (bare === '' || (only !== undefined && only !== port)) return false;
    return host === bare || host.endsWith(`.${bare}`);
  });
}

/** Whether `host` is an address in the block `entry`, such as 10.0.0.0/8, or the address itself. */
function isIn(entry: string, host: string): boolean {
  const [network = '', bits, ...more] = entry.split('/');
  const version = isIP(network);
  if (version === 0 || isIP(host) !== version || more.length > 0) return false;
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
  if (!(prefix <= most)) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(network, prefix, family);
  return block.check(host, family);
}
