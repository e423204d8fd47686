"""What is known of a device: its telemetry, its last day, its faults, its settings and commands."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('device_sample',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('online', sa.Boolean(), nullable=False),
    sa.Column('spool', sa.BigInteger(), nullable=False),
    sa.Column('oldest_ms', sa.BigInteger(), nullable=False),
    sa.Column('rssi_dbm', sa.Integer(), nullable=True),
    sa.Column('temp_c', sa.Float(), nullable=True),
    sa.Column('undervolt', sa.Boolean(), nullable=True),
    sa.Column('throttled', sa.Boolean(), nullable=True),
    sa.Column('disk_free_mb', sa.BigInteger(), nullable=True),
    sa.Column('memory_mb', sa.BigInteger(), nullable=True),
    sa.Column('reconnects', sa.BigInteger(), nullable=False),
    sa.Column('clock', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('presses', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_device_sample_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_sample'))
    )
    with op.batch_alter_table('device_sample', schema=None) as batch_op:
        batch_op.create_index('ix_device_sample_at', ['at'], unique=False)
        batch_op.create_index('ix_device_sample_device_at', ['store_id', 'device', 'at'], unique=False)

    op.create_table('fault',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('input', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('told_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_fault_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fault'))
    )
    with op.batch_alter_table('fault', schema=None) as batch_op:
        batch_op.create_index('ix_fault_device_since', ['store_id', 'device', 'since'], unique=False)
        batch_op.create_index('ix_fault_ended', ['ended_at'], unique=False)
        batch_op.create_index('uq_fault_open', ['store_id', 'device', 'input', 'kind'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('device_command',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('args', sa.JSON(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_device_command_account_id_account')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_device_command_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_command'))
    )
    with op.batch_alter_table('device_command', schema=None) as batch_op:
        batch_op.create_index('ix_device_command_asked', ['asked_at'], unique=False)
        batch_op.create_index('ix_device_command_device_asked', ['store_id', 'device', 'asked_at'], unique=False)

    op.create_table('device_settings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('rev', sa.BigInteger(), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('set_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('answer_rev', sa.BigInteger(), nullable=True),
    sa.Column('answer_ok', sa.Boolean(), nullable=True),
    sa.Column('answer_errors', sa.JSON(), nullable=False),
    sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_device_settings_account_id_account')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_device_settings_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_settings')),
    sa.UniqueConstraint('store_id', 'device', name=op.f('uq_device_settings_store_id_device'))
    )
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.add_column(sa.Column('heard_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('telemetry', sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column('telemetry_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('pressed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('seq_known', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('counter', sa.JSON(), nullable=False, server_default=sa.text("'{}'")))

    # What came before this version counts as accounted for: gaps are found from here on.
    of_unit = "FROM press WHERE press.store_id = device.store_id AND press.device = device.device"
    op.execute(f"UPDATE device SET seq_known = (SELECT max(seq) {of_unit})")
    op.execute(
        f"UPDATE device SET pressed_at = (SELECT max(pressed_at) {of_unit} AND press.purpose != 'canary'"
        " AND press.kind != 'quiet')"
    )


def downgrade() -> None:
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.drop_column('counter')
        batch_op.drop_column('seq_known')
        batch_op.drop_column('pressed_at')
        batch_op.drop_column('telemetry_at')
        batch_op.drop_column('telemetry')
        batch_op.drop_column('heard_at')

    op.drop_table('device_settings')
    with op.batch_alter_table('device_command', schema=None) as batch_op:
        batch_op.drop_index('ix_device_command_device_asked')
        batch_op.drop_index('ix_device_command_asked')

    op.drop_table('device_command')
    with op.batch_alter_table('fault', schema=None) as batch_op:
        batch_op.drop_index('uq_fault_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_fault_ended')
        batch_op.drop_index('ix_fault_device_since')

    op.drop_table('fault')
    with op.batch_alter_table('device_sample', schema=None) as batch_op:
        batch_op.drop_index('ix_device_sample_device_at')
        batch_op.drop_index('ix_device_sample_at')

    op.drop_table('device_sample')
