"""the first tables."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('refused',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('hour', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('first_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('last_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('topic', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('detail', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('sample', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refused')),
    sa.UniqueConstraint('store_id', 'device', 'reason', 'hour', name=op.f('uq_refused_store_id_device_reason_hour'))
    )
    op.create_table('store',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('timezone', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_store'))
    )
    op.create_table('carrier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('initials', sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_carrier_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carrier'))
    )
    with op.batch_alter_table('carrier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_carrier_store_id'), ['store_id'], unique=False)

    op.create_table('device',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=1), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('run', sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
    sa.Column('boot', sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
    sa.Column('sw', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_device_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device')),
    sa.UniqueConstraint('store_id', 'device', name=op.f('uq_device_store_id_device'))
    )
    op.create_table('transmitter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('gateway', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('driver', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_transmitter_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transmitter')),
    sa.UniqueConstraint('store_id', 'gateway', 'name', name=op.f('uq_transmitter_store_id_gateway_name'))
    )
    op.create_table('zone',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('pager_name', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['zone.id'], name=op.f('fk_zone_parent_id_zone')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_zone_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zone'))
    )
    with op.batch_alter_table('zone', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_zone_store_id'), ['store_id'], unique=False)

    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('carrier_id', sa.Integer(), nullable=True),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['carrier_id'], ['carrier.id'], name=op.f('fk_account_carrier_id_carrier')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_account_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('login', name=op.f('uq_account_login'))
    )
    op.create_table('button',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('input', sa.Integer(), nullable=False),
    sa.Column('zone_id', sa.Integer(), nullable=False),
    sa.Column('colour', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_button_store_id_store')),
    sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_button_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_button')),
    sa.UniqueConstraint('store_id', 'device', 'input', name=op.f('uq_button_store_id_device_input'))
    )
    op.create_table('pager',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=True),
    sa.Column('transmitter_id', sa.Integer(), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('format', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('charset', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('longest', sa.Integer(), nullable=False),
    sa.Column('alert', sa.Integer(), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['carrier_id'], ['carrier.id'], name=op.f('fk_pager_carrier_id_carrier')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_pager_store_id_store')),
    sa.ForeignKeyConstraint(['transmitter_id'], ['transmitter.id'], name=op.f('fk_pager_transmitter_id_transmitter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pager'))
    )
    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pager_store_id'), ['store_id'], unique=False)

    op.create_table('policy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('zone_id', sa.Integer(), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('ttl_s', sa.Integer(), nullable=False),
    sa.Column('exit_s', sa.Integer(), nullable=False),
    sa.Column('attend_s', sa.Integer(), nullable=False),
    sa.Column('repeat_s', sa.Integer(), nullable=False),
    sa.Column('repeats', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_policy_store_id_store')),
    sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_policy_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy'))
    )
    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_policy_store_id'), ['store_id'], unique=False)

    op.create_table('shift',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('zone_id', sa.Integer(), nullable=True),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.ForeignKeyConstraint(['carrier_id'], ['carrier.id'], name=op.f('fk_shift_carrier_id_carrier')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_shift_store_id_store')),
    sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_shift_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift'))
    )
    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_store_id'), ['store_id'], unique=False)

    op.create_table('incident',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('button_id', sa.Integer(), nullable=True),
    sa.Column('zone_id', sa.Integer(), nullable=True),
    sa.Column('policy_id', sa.Integer(), nullable=True),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('input', sa.Integer(), nullable=False),
    sa.Column('press_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('presses', sa.Integer(), nullable=False),
    sa.Column('again', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('triggered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('repeats', sa.Integer(), nullable=False),
    sa.Column('due_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('exit_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('sorry_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('nobody_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('called_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('acknowledged_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('acknowledged_by_id', sa.Integer(), nullable=True),
    sa.Column('attended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('attended_by_id', sa.Integer(), nullable=True),
    sa.Column('attended_how', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True),
    sa.Column('closed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=True),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['account.id'], name=op.f('fk_incident_acknowledged_by_id_account')),
    sa.ForeignKeyConstraint(['attended_by_id'], ['account.id'], name=op.f('fk_incident_attended_by_id_account')),
    sa.ForeignKeyConstraint(['button_id'], ['button.id'], name=op.f('fk_incident_button_id_button')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['account.id'], name=op.f('fk_incident_closed_by_id_account')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_incident_policy_id_policy')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_incident_store_id_store')),
    sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_incident_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('store_id', 'number', name=op.f('uq_incident_store_id_number'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_button_id'), ['button_id'], unique=False)
        batch_op.create_index('ix_incident_state', ['state'], unique=False)
        batch_op.create_index('ix_incident_store_opened', ['store_id', 'opened_at'], unique=False)

    op.create_table('policystep',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('after_s', sa.Integer(), nullable=False),
    sa.Column('target', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True),
    sa.Column('carrier_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['carrier_id'], ['carrier.id'], name=op.f('fk_policystep_carrier_id_carrier')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_policystep_policy_id_policy')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policystep'))
    )
    with op.batch_alter_table('policystep', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_policystep_policy_id'), ['policy_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('used_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('agent', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_sign_in_account_id_account')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sign_in'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_account_id'), ['account_id'], unique=False)

    op.create_table('journal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=True),
    sa.Column('press_id', sa.Uuid(), nullable=True),
    sa.Column('page_id', sa.Uuid(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
    sa.Column('old', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=True),
    sa.Column('new', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=True),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_journal_account_id_account')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_journal_incident_id_incident')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_journal_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal'))
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index('ix_journal_incident', ['incident_id', 'id'], unique=False)

    op.create_table('page',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.Column('press_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
    sa.Column('pager_id', sa.Integer(), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=True),
    sa.Column('gateway', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('transmitter', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('format', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('charset', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('body', sqlmodel.sql.sqltypes.AutoString(length=240), nullable=False),
    sa.Column('alert', sa.Integer(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('purpose', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('proof', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('result_seq', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('deadline_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ordered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('held_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('final_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('tx_ms', sa.BigInteger(), nullable=True),
    sa.Column('error_code', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('error_text', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.ForeignKeyConstraint(['carrier_id'], ['carrier.id'], name=op.f('fk_page_carrier_id_carrier')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_page_incident_id_incident')),
    sa.ForeignKeyConstraint(['pager_id'], ['pager.id'], name=op.f('fk_page_pager_id_pager')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_page_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page'))
    )
    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_page_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index('ix_page_state', ['state'], unique=False)

    op.create_table('press',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('input', sa.Integer(), nullable=False),
    sa.Column('button_id', sa.Integer(), nullable=True),
    sa.Column('incident_id', sa.Uuid(), nullable=True),
    sa.Column('run', sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
    sa.Column('boot', sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('purpose', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('ref', sa.Uuid(), nullable=True),
    sa.Column('via_input', sa.Integer(), nullable=True),
    sa.Column('via', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('pressed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('received_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('age_ms', sa.BigInteger(), nullable=False),
    sa.Column('age_known', sa.Boolean(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['button_id'], ['button.id'], name=op.f('fk_press_button_id_button')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_press_incident_id_incident')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_press_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_press'))
    )
    with op.batch_alter_table('press', schema=None) as batch_op:
        batch_op.create_index('ix_press_device_seq', ['store_id', 'device', 'seq'], unique=False)
        batch_op.create_index(batch_op.f('ix_press_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index('ix_press_store_pressed', ['store_id', 'pressed_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('press', schema=None) as batch_op:
        batch_op.drop_index('ix_press_store_pressed')
        batch_op.drop_index(batch_op.f('ix_press_incident_id'))
        batch_op.drop_index('ix_press_device_seq')

    op.drop_table('press')
    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.drop_index('ix_page_state')
        batch_op.drop_index(batch_op.f('ix_page_incident_id'))

    op.drop_table('page')
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.drop_index('ix_journal_incident')

    op.drop_table('journal')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_account_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('policystep', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_policystep_policy_id'))

    op.drop_table('policystep')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_store_opened')
        batch_op.drop_index('ix_incident_state')
        batch_op.drop_index(batch_op.f('ix_incident_button_id'))

    op.drop_table('incident')
    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shift_store_id'))

    op.drop_table('shift')
    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_policy_store_id'))

    op.drop_table('policy')
    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pager_store_id'))

    op.drop_table('pager')
    op.drop_table('button')
    op.drop_table('account')
    with op.batch_alter_table('zone', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_zone_store_id'))

    op.drop_table('zone')
    op.drop_table('transmitter')
    op.drop_table('device')
    with op.batch_alter_table('carrier', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_carrier_store_id'))

    op.drop_table('carrier')
    op.drop_table('store')
    op.drop_table('refused')
