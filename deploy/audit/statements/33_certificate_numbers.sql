-- the numbers of certificates have no gap, and no serial is given twice
-- invariant: I24
-- database: enrollment
-- looks at: certificate_counter
with number as (
  select part[1] as series, part[2]::int as year, part[3]::int as serial
  from training_certificate
  cross join lateral regexp_match(number, '^(BALAI-([0-9]{4})-.+)-([0-9]+)-[^-]+$') part
)
select format('series %s: %s certificates, %s serials from %s to %s', series, count(*),
  count(distinct serial), min(serial), max(serial)) as what
from number group by series
having count(distinct serial) <> count(*) or max(serial) - min(serial) + 1 <> count(*)
union all
select format('year %s: %s numbers given, %s certificates', coalesce(g.year, h.year), g.last, h.n)
from (select year, sum(last) as last from certificate_counter group by year) g
full join (select year, count(*) as n from number group by year) h on h.year = g.year
where g.last is distinct from h.n
