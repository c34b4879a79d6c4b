-- Parties that devices first met within a week after an update, in how many homes; K as above.
SELECT vendor, category, party, organisation, role, organisation_country,
       COUNT(DISTINCT home) AS homes,
       COUNT(DISTINCT device) AS devices,
       MIN(day) AS first_day
FROM sharing
WHERE first_met AND days_since_update >= 0 AND days_since_update < 7 AND party <> 'rare'
GROUP BY vendor, category, party, organisation, role, organisation_country
HAVING COUNT(DISTINCT home) >= {k}
ORDER BY homes DESC, vendor, party
