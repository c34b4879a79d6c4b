-- Where data of each kind of device goes, probably: share of its uploaded bytes by the organisation's country.
SELECT category, organisation_country, role,
       COUNT(DISTINCT home) AS homes,
       SUM(bytes_up) AS bytes_up
FROM sharing
GROUP BY category, organisation_country, role
HAVING COUNT(DISTINCT home) >= {k}
ORDER BY category, bytes_up DESC, organisation_country, role
