-- no space is given to two at a time
-- invariant: I17
-- database: registry
-- looks at: booking_slot where state in ('APPROVED', 'USED')
select format('space %s: booking %s has it from %s, while another has it until %s',
  space_id, booking_id, lower(during), before) as what
from (
  select space_id, booking_id, during,
    max(upper(during)) over (partition by space_id order by lower(during), booking_id, position
      rows between unbounded preceding and 1 preceding) as before
  from booking_slot where state in ('APPROVED', 'USED')) s
where before > lower(during)
