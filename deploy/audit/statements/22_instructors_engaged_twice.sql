-- nobody teaches two classes at a time
-- invariant: I18
-- database: registry
-- looks at: engagement_slot
select format('instructor %s: engaged by class %s from %s, by another until %s',
  instructor_id, class_id, lower(during), before) as what
from (
  select instructor_id, class_id, during,
    max(upper(during)) over (partition by instructor_id order by lower(during), class_id, position
      rows between unbounded preceding and 1 preceding) as before
  from engagement_slot) s
where before > lower(during)
