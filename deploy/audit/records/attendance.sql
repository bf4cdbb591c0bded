-- Roll calls as enrollment's own table has them, by class.
select class_id, count(*) as n, sum(present)::bigint as present, sum(late)::bigint as late,
  sum(excused)::bigint as excused, sum(absent)::bigint as absent, sum(days)::bigint as days
from attendance_sheet
group by 1
