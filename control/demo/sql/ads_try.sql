-- One tenant: one round trip to the one node that has its rows.
SELECT name, cost_model, state, monthly_budget
  FROM campaigns WHERE company_id = 5
 ORDER BY monthly_budget DESC LIMIT 10;

-- A join inside a tenant: its clicks by campaign.
SELECT campaigns.name, count(*) AS clicks, sum(cost_per_click_usd) AS cost
  FROM campaigns JOIN ads ON (campaigns.company_id, campaigns.id) = (ads.company_id, ads.campaign_id)
       JOIN clicks ON (ads.company_id, ads.id) = (clicks.company_id, clicks.ad_id)
 WHERE campaigns.company_id = 5 GROUP BY campaigns.name ORDER BY clicks DESC;

-- All tenants: every node works on its own shards, then the results are merged.
SELECT company_id, count(*) AS impressions
  FROM impressions GROUP BY company_id ORDER BY impressions DESC, company_id LIMIT 5;

-- With a table that every node has: where the clicks of a tenant come from.
SELECT latlon::text, count(*) FROM clicks JOIN geo_ips ON addrs >> user_ip
 WHERE company_id = 5 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;

-- Where it all is.
SELECT table_name, citus_table_type, distribution_column, shard_count, table_size FROM citus_tables;
EXPLAIN SELECT count(*) FROM ads WHERE company_id = 5;
