-- no seat is free while somebody waits whom the quotas admit and promotion is open
-- invariant: I13
-- database: enrollment
-- looks at: class
with total as (
  select wave_id, sum(capacity) as capacity, sum(taken) as taken from class
  where state <> 'CANCELLED' group by wave_id
), spare as (
  select q.*, case q.kind when 'AT_MOST' then q.seats - q.taken
    else t.capacity - q.seats - (t.taken - q.taken) end as seats_left
  from wave_quota q join total t on t.wave_id = q.wave_id
)
select format('class %s: %s seats free, %s people wait', c.code, c.capacity - c.taken, c.waiting)
  as what
from class c
where c.taken < c.capacity and c.waiting > 0
  and (c.state = 'PLANNED' and c.promote_until is null
    or c.state in ('PLANNED', 'OPENED') and c.promote_until > now())
  -- A minor for whom no guardian has consented is passed over where nobody is asked to confirm.
  and exists (select from enrollment e join participant p on p.id = e.participant_id
    where e.class_id = c.id and e.state = 'WAITLISTED'
      and (p.birth_date <= (now() at time zone 'Asia/Jakarta')::date - interval '18 years'
        or p.guardian_consent_at < now() - interval '1 minute'
        or c.confirm_hours is not null and now() < coalesce(c.promote_until, c.starts_at)))
  and (not exists (select from spare q where q.wave_id = c.wave_id)
    or exists (select from enrollment e where e.class_id = c.id and e.state = 'WAITLISTED'
        and e.arrived_at < now() - interval '1 minute'
        and not exists (select from spare q where q.wave_id = c.wave_id and q.seats_left <= 0
          and (q.release_at is null or now() < q.release_at + interval '1 minute')
          and (q.kind = 'AT_MOST') = enrollment.in_quota(q.dimension, q.value,
            e.home_province_code, e.sex, e.entrant_kind, e.disability)))
      and not exists (select from enrollment e where e.wave_id = c.wave_id
        and e.state in ('CANCELLED', 'DECLINED', 'EXPIRED', 'TRANSFERRED')
        and e.decided_at > now() - interval '1 minute'))
