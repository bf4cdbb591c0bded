with recursive asked as (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::date[])
    as t (class_id, agreement_id, facility_id, first_day, last_day)
), chain as (
  select agreement_id as root, agreement_id as id from asked group by agreement_id
  union
  select chain.root, later.id from chain join agreement later on later.renews_id = chain.id
), covered as (
  select chain.root, f.facility_id,
    range_agg(daterange(a.valid_from, least(a.valid_to + 1, a.ended_on))
      * daterange(f.valid_from, f.valid_to, '[]')) as days
  from chain
  join agreement a on a.id = chain.id and a.state <> 'DRAFT'
    and coalesce(a.ended_on > a.valid_from, true)
  join agreement_facility f on f.agreement_id = a.id
  group by chain.root, f.facility_id
)
select asked.class_id, covered.days::text as days
from asked left join covered
  on covered.root = asked.agreement_id and covered.facility_id = asked.facility_id
where covered.days is null
  or not covered.days @> daterange(asked.first_day, asked.last_day, '[]')
