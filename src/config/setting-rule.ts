export interface Choice {
  kind: 'choice';
  values: readonly string[];
}

export interface NumberRange {
  kind: 'number';
  min: number;
  max: number;
  /** Whether decimals are allowed. */
  decimals?: true;
}

export interface Country {
  kind: 'country';
}
/**
 * Address of a database. Kept in the user config and in variables only: a project file must not
 * choose where the log goes. A password may be in the variable, never in a file.
 */
interface LogUrl {
  kind: 'logUrl';
}

export interface SettingRule {
  rule: Choice | NumberRange | Country | LogUrl;
  default: string | number | undefined;
  about: string;
}

/** The type of the values that a rule takes. */
export type SettingValue<R extends SettingRule> = R['rule'] extends {
  kind: 'choice';
  values: readonly (infer V)[];
}
  ? V
  : R['rule'] extends { kind: 'number' }
    ? number
    : string;
