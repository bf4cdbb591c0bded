-- Tells whether somebody is a member of a quota: what services/enrollment/quotas/rules.py says, where
-- many people are judged at once. PostgreSQL puts it into the statement that asks.
create or replace function enrollment.in_quota(
  p_dimension text, p_value text, p_province text, p_sex text, p_kind text, p_disability boolean
) returns boolean
language sql
immutable
as $$
  select p_value = case p_dimension when 'PROVINCE' then p_province when 'SEX' then p_sex
    when 'ENTRANT_KIND' then p_kind else p_disability::text end
$$;
