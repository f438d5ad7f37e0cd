/** What a suite file says of judging where it says nothing. */
export const JUDGE_DEFAULTS = { auto_tighten: false, confirm: "auto", max_baseline_age_days: 30 } as const;

/** What a job holds that listed nothing, was not confirmed, accepted nothing and ran no control. */
export const NOTHING_MORE = { listed: [], control: [], confirmation: null, accepted: [] };
