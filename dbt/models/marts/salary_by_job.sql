{{ config(materialized='incremental', unique_key='job_id') }}
select
    j.job_id,
    j.job_title,
    avg(e.salary) as average_salary,
    max(e.updated_at) as updated_at
from {{ ref('stg_hr__jobs') }} j
join {{ ref('stg_hr__employees') }} e on e.job_id = j.job_id
{% if is_incremental() %}
where e.job_id in (
    select changed.job_id
    from {{ ref('stg_hr__employees') }} changed
    where changed.updated_at > (select max(updated_at) from {{ this }})
)
{% endif %}
group by j.job_id, j.job_title
