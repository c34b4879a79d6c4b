-- Devices that sent something readable, by maker, in how many homes.
SELECT vendor, category, COUNT(DISTINCT home) AS homes, COUNT(DISTINCT device) AS devices,
       COUNT(DISTINCT party) AS parties
FROM sharing
WHERE NOT encrypted
GROUP BY vendor, category
HAVING COUNT(DISTINCT home) >= {k}
ORDER BY homes DESC, vendor, category
