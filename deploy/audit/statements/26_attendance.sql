-- every roll call is of people who had a seat, and counts what it says
-- invariant: I22
-- database: enrollment
-- looks at: attendance_sheet
select format('class %s, session %s: version %s, %s corrections, %s events;'
  ' present %s, late %s, excused %s, absent %s, counted %s, %s, %s, %s, told %s',
  s.class_id, s.position, s.version, c.corrections, l.events, s.present, s.late, s.excused,
  s.absent, e.present, e.late, e.excused, e.absent, l.told) as what
from attendance_sheet s
cross join lateral (
  select count(*) filter (where e.status = 'PRESENT') as present,
    count(*) filter (where e.status = 'LATE') as late,
    count(*) filter (where e.status = 'EXCUSED') as excused,
    count(*) filter (where e.status = 'ABSENT') as absent
  from attendance_entry e where e.class_id = s.class_id and e.position = s.position) e
cross join lateral (
  select count(*) as corrections from attendance_correction c
  where c.class_id = s.class_id and c.position = s.position) c
cross join lateral (
  select count(*) as events, (array_agg(payload order by version desc))[1] as told
  from event where stream_id = s.class_id and topic = 'enrollment.attendance.recorded'
    and (payload ->> 'session')::int = s.position) l
where (s.present, s.late, s.excused, s.absent) <> (e.present, e.late, e.excused, e.absent)
  or s.version <> c.corrections + 1 or s.version <> l.events
  or (l.told ->> 'present')::int <> s.present or (l.told ->> 'late')::int <> s.late
  or (l.told ->> 'excused')::int <> s.excused or (l.told ->> 'absent')::int <> s.absent
union all
select format('enrollment %s, session %s: %s, but %s', e.enrollment_id, e.position, e.status, r.state)
from attendance_entry e
join enrollment r on r.class_id = e.class_id and r.id = e.enrollment_id
where r.state in ('WAITLISTED', 'NOT_PLACED', 'OFFERED', 'DECLINED', 'EXPIRED', 'TRANSFERRED')
  or (r.state = 'CANCELLED' and e.status in ('PRESENT', 'LATE'))
union all
select format('class %s on %s: %s days told, %s people came', t.class_id, t.day, t.days, t.came)
from (
  select m.class_id, (m.starts_at at time zone z.name)::date as day,
    (select sum(s.days) from attendance_sheet s where s.class_id = m.class_id
      and s.position = any (array_agg(m.position))) as days,
    (select count(distinct e.enrollment_id) from attendance_entry e
      where e.class_id = m.class_id and e.position = any (array_agg(m.position))
        and (e.status = 'PRESENT' or e.status = 'LATE'
          and coalesce(e.minutes_late <= p.late_minutes, true))) as came
  from class_session m
  join class c on c.id = m.class_id
  join program p on p.id = c.program_id
  cross join lateral (select case c.time_zone when 'WIB' then 'Asia/Jakarta'
    when 'WITA' then 'Asia/Makassar' else 'Asia/Jayapura' end as name) z
  group by m.class_id, p.late_minutes, 2) t
where t.days <> t.came
