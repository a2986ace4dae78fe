SELECT create_reference_table('item');
SELECT create_distributed_table('warehouse', 'warehouse_id');
SELECT create_distributed_table('district', 'warehouse_id', colocate_with => 'warehouse');
SELECT create_distributed_table('customer', 'warehouse_id', colocate_with => 'warehouse');
SELECT create_distributed_table('stock', 'warehouse_id', colocate_with => 'warehouse');
SELECT create_distributed_table('orders', 'warehouse_id', colocate_with => 'warehouse');
SELECT create_distributed_table('order_line', 'warehouse_id', colocate_with => 'warehouse');
