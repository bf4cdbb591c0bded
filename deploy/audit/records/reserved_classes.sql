select b.class_id, b.id as booking_id, b.space_id, b.starts_at, b.ends_at,
  b.hold_until is not null as held,
  array(select distinct s.instructor_id from engagement_slot s where s.class_id = b.class_id
    order by 1) as instructors
from booking b
where b.purpose = 'CLASS' and b.state = 'APPROVED'
order by b.class_id
