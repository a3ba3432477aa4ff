import type { Company, Setting } from './settingKinds';

type Companies = Pick<Setting<unknown>, 'needs' | 'fits'>;
type Named = ReadonlyMap<string, unknown>;
type Member = readonly [name: string, values: readonly string[]];

/** Why a setting changes nothing among those that are `named`, or null. */
export function unsuited({ needs, fits }: Companies, named: Named): string | null {
  const isThere = ([name, values]: Member) => values.some((value) => value === named.get(name));
  const isAgainst = (member: Member) => named.has(member[0]) && !isThere(member);

  const needed = needs.map(membersOf);
  if (needed.length > 0 && !needed.some((members) => members.every(isThere)))
    return `it needs ${needed
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

function membersOf(company: Company): Member[] {
  return Object.entries(company);
}

function worded(members: readonly Member[], as: string): string {
  return members.map(([name, values]) => `${name}${as}${values.join(' or ')}`).join(' and ');
}
