import type { Company, Setting } from './settingKinds';

type Companies = Pick<Setting<unknown>, 'needs' | 'fits'>;
type Named = ReadonlyMap<string, unknown>;
type Member = readonly [name: string, values: readonly string[]];

/** Whether each setting of `company` is named with one of its values. */
export function isThere(company: Company, named: Named): boolean {
  return membersOf(company).every((member) => isNamed(member, named));
}

/** Those whose company `of` is part of, and theirs in turn. */
export function boundTo<N extends string>(of: readonly N[], all: Readonly<Record<N, Companies>>): Set<N> {
  const bound = new Set<N>();
  const mentions = ({ needs, fits }: Companies, name: string) =>
    [...needs, ...fits].some((company) => Object.hasOwn(company, name));
  const found = [...of];
  for (let name = found.pop(); name !== undefined; name = found.pop())
    for (const other of Object.keys(all) as N[])
      if (!bound.has(other) && mentions(all[other], name)) {
        bound.add(other);
        found.push(other);
      }
  return bound;
}

/** Why a setting changes nothing among those that are `named`, or null. */
export function unsuited({ needs, fits }: Companies, named: Named): string | null {
  const isAgainst = (member: Member) => named.has(member[0]) && !isNamed(member, named);

  if (needs.length > 0 && !needs.some((company) => isThere(company, named)))
    return `it needs ${needs
      .map(membersOf)
      .map((members) => worded(members, ' to be named beside it, as '))
      .join('; or ')}`;

  const fitting = fits.map(membersOf);
  const suits = (members: readonly Member[]) =>
    members.some(([name]) => named.has(name)) && !members.some(isAgainst);
  const isSpokenOf = fitting.flat().some(([name]) => named.has(name));
  if (!isSpokenOf || fitting.some(suits)) return null;
  const lacking = fitting.map((members) => members.filter(isAgainst));
  return `it changes nothing unless ${lacking
    .map((members, i) => worded(members.length > 0 ? members : (fitting[i] ?? []), ' is '))
    .join(', or ')}`;
}

/** With what a setting changes something. */
export function companyText({ needs, fits }: Companies): string {
  return [...needs, ...fits].map((company) => worded(membersOf(company), ' is ')).join(', or ');
}

function isNamed([name, values]: Member, named: Named): boolean {
  return values.some((value) => value === named.get(name));
}

function membersOf(company: Company): Member[] {
  return Object.entries(company);
}

function worded(members: readonly Member[], as: string): string {
  return members.map(([name, values]) => `${name}${as}${values.join(' or ')}`).join(' and ');
}
