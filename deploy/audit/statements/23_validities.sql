-- nothing holds twice at a time of which there is one
-- invariant: I19
-- database: registry
-- looks at: (select 1 from area union all select 1 from facility_period union all select 1 from network_member union all select 1 from agreement_facility union all select 1 from facility_institution union all select 1 from assignment union all select 1 from opening_hours union all select 1 from accreditation union all select 1 from incubator) as validities
with days as (
  select 'area' as kind, code as whose, daterange(valid_from, valid_to) as during from area
  union all
  select 'membership', format('facility %s in network %s', facility_id, network_id),
    daterange(valid_from, valid_to, '[]') from network_member
  union all
  select 'coverage', format('facility %s by agreement %s', facility_id, agreement_id),
    daterange(valid_from, valid_to, '[]') from agreement_facility
  union all
  select 'role', format('%s of facility %s by %s', role, facility_id, institution_id),
    daterange(valid_from, valid_to, '[]') from facility_institution
  union all
  select 'single role', format('%s of facility %s', role, facility_id),
    daterange(valid_from, valid_to, '[]') from facility_institution where role in ('OWNER', 'HOST')
  union all
  select 'assignment', format('%s of %s at %s', role, left(holder, 8), reach_key),
    daterange(valid_from, valid_to, '[]') from assignment where revoked_at is null
  union all
  select 'accreditation', format('%s of facility %s for %s %s', kind, facility_id, trade, program),
    daterange(valid_from, least(valid_to + 1, revoked_on)) from accreditation
  union all
  select 'incubator', format('facility %s', facility_id),
    daterange(valid_from, least(valid_to + 1, ended_on)) from incubator
), period as (
  select kind, whose, lower(during)::timestamptz as since,
    coalesce(upper(during)::timestamptz, 'infinity') as until from days where not isempty(during)
  union all
  select 'history', format('facility %s', facility_id), valid_from, coalesce(valid_to, 'infinity')
  from facility_period where valid_to is distinct from valid_from
)
select format('%s: %s holds from %s, while it held until %s', kind, whose, since, before) as what
from (
  select *, max(until) over (partition by kind, whose order by since, until
    rows between unbounded preceding and 1 preceding) as before
  from period) p
where before > since
union all
select format('hours: facility %s is open twice on weekday %s at %s',
  a.facility_id, a.weekday, b.opens)
from opening_hours a join opening_hours b on b.facility_id = a.facility_id and b.weekday = a.weekday
  and (b.valid_from, b.opens) > (a.valid_from, a.opens)
where daterange(a.valid_from, a.valid_to, '[]') && daterange(b.valid_from, b.valid_to, '[]')
  and a.opens < b.closes and b.opens < a.closes
