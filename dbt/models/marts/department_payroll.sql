select
    d.department_id,
    d.department_name,
    count(e.employee_id) as employees,
    sum(e.salary) as monthly_salaries,
    max(e.updated_at) as updated_at
from {{ ref('stg_hr__departments') }} d
left join {{ ref('stg_hr__employees') }} e on e.department_id = d.department_id
group by d.department_id, d.department_name
