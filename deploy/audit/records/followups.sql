-- Follow-ups as reporting's own table has them, with what each adds to the sums of its cell.
select enrollment_id, horizon_months, status, 1 as n,
  (business_started is true)::int as businesses_started,
  (business_running is true)::int as businesses_running,
  coalesce(people_hired, 0) as people_hired,
  (days_to_first_income is not null)::int as first_incomes,
  coalesce(days_to_first_income, 0) as days_to_first_income,
  (income_change is not null)::int as incomes_compared,
  (income_change is not distinct from 'UP')::int as incomes_up
from followup
