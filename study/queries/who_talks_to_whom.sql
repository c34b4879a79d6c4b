-- Which kinds of device send to whom, in how many homes; rows of fewer than K homes are left out.
SELECT category, organisation, party, role,
       COUNT(DISTINCT home) AS homes,
       COUNT(DISTINCT device) AS devices,
       SUM(contacts) AS contacts,
       SUM(bytes_up) AS bytes_up
FROM sharing
WHERE party <> 'rare'
GROUP BY category, organisation, party, role
HAVING COUNT(DISTINCT home) >= {k}
ORDER BY homes DESC, category, organisation, party, role
