SELECT create_distributed_table('companies', 'id');
SELECT create_distributed_table('campaigns', 'company_id', colocate_with => 'companies');
SELECT create_distributed_table('ads', 'company_id', colocate_with => 'companies');
SELECT create_distributed_table('clicks', 'company_id', colocate_with => 'companies');
SELECT create_distributed_table('impressions', 'company_id', colocate_with => 'companies');
SELECT create_reference_table('geo_ips');
