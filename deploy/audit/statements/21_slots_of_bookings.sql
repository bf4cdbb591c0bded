-- the slots of a booking are what the booking says
-- invariant: I17
-- database: registry
-- looks at: booking
select format('booking %s (%s): says from %s to %s; %s slots from %s to %s, %s elsewhere, %s unlike it',
  b.id, b.state, b.starts_at, b.ends_at, s.slots, s.starts_at, s.ends_at, s.elsewhere, s.unlike)
  as what
from booking b cross join lateral (
  select count(*) as slots, min(lower(during)) as starts_at, max(upper(during)) as ends_at,
    count(*) filter (where space_id <> b.space_id or facility_id <> b.facility_id
      or co_ministry <> b.co_ministry or purpose <> b.purpose) as elsewhere,
    count(*) filter (where case b.state
      when 'REQUESTED' then state not in ('REQUESTED', 'CANCELLED')
      when 'APPROVED' then state in ('REQUESTED', 'REFUSED')
      when 'REFUSED' then state not in ('REFUSED', 'CANCELLED')
      else state in ('REQUESTED', 'REFUSED') or state = 'APPROVED' and upper(during) > b.decided_at
      end) as unlike
  from booking_slot where booking_id = b.id) s
where s.slots = 0 or s.elsewhere > 0 or s.unlike > 0
  or (s.starts_at, s.ends_at) <> (b.starts_at, b.ends_at)
