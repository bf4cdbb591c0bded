-- Follow-ups as reporting's own table has them, with what each adds to the sums of its cell.
select enrollment_id, horizon_months, status, 1 as n,
  (business_started is true)::int as businesses_started,
  (business_running is true)::int as businesses_running,
  coalesce(people_hired, 0) as people_hired,
  (days_to_first_income is not null)::int as first_incomes,
  coalesce(days_to_first_income, 0) as days_to_first_income,
  (income_change is not null)::int as incomes_compared,
  (income_change is not distinct from 'UP')::int as incomes_up,
  (business_started is true or status in ('SELF_EMPLOYED', 'BOTH'))::int as entrepreneurs,
  (nib_obtained is true)::int as nib,
  (halal_certified is true)::int as halal,
  (financing_kind is not null)::int as financed,
  (financing_kind is not distinct from 'KUR')::int as financed_kur,
  (financing_kind is not distinct from 'KUR_SYARIAH')::int as financed_kur_syariah,
  (financing_kind is not distinct from 'LPDB')::int as financed_lpdb,
  (financing_kind is not distinct from 'BWM')::int as financed_bwm,
  (financing_kind is not distinct from 'OTHER')::int as financed_other,
  (size_before is not null and size_after is not null)::int as sizes_compared,
  coalesce(array_position(array['MICRO', 'SMALL', 'MEDIUM', 'LARGE'], size_after)
    > array_position(array['MICRO', 'SMALL', 'MEDIUM', 'LARGE'], size_before), false)::int
    as size_up,
  (matches_trade is not null)::int as trades_compared,
  (matches_trade is true)::int as matched
from followup
