"""Who is called, and how it ended: zones as a tree, rotations, duties, hours, causes, slow channels, readiness."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['cause.id'], name=op.f('fk_cause_parent_id_cause')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_cause_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cause'))
    )
    with op.batch_alter_table('cause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cause_store_id'), ['store_id'], unique=False)

    op.create_table('coverage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('starts_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ends_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ok', sa.Boolean(), nullable=False),
    sa.Column('causes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_coverage_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coverage'))
    )
    with op.batch_alter_table('coverage', schema=None) as batch_op:
        batch_op.create_index('ix_coverage_store_starts', ['store_id', 'starts_at'], unique=False)

    op.create_table('last_resort',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('target', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_last_resort_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_last_resort')),
    sa.UniqueConstraint('store_id', 'kind', 'target', name=op.f('uq_last_resort_store_id_kind_target'))
    )
    op.create_table('opening',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=False),
    sa.Column('closes', sa.Time(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_opening_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening'))
    )
    with op.batch_alter_table('opening', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opening_store_id'), ['store_id'], unique=False)

    op.create_table('rotation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_rotation_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rotation'))
    )
    with op.batch_alter_table('rotation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rotation_store_id'), ['store_id'], unique=False)

    op.create_table('special_day',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=True),
    sa.Column('closes', sa.Time(), nullable=True),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_special_day_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_special_day')),
    sa.UniqueConstraint('store_id', 'day', name=op.f('uq_special_day_store_id_day'))
    )
    op.create_table('rotation_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rotation_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['carrier_id'], ['carrier.id'], name=op.f('fk_rotation_member_carrier_id_carrier')),
    sa.ForeignKeyConstraint(['rotation_id'], ['rotation.id'], name=op.f('fk_rotation_member_rotation_id_rotation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rotation_member'))
    )
    with op.batch_alter_table('rotation_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rotation_member_rotation_id'), ['rotation_id'], unique=False)

    op.create_table('canary',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('input', sa.Integer(), nullable=False),
    sa.Column('gateway', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('transmitter', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('press_id', sa.Uuid(), nullable=True),
    sa.Column('pressed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('page_id', sa.Uuid(), nullable=True),
    sa.Column('final_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('dialogue', sa.Boolean(), nullable=False),
    sa.Column('radio', sa.Boolean(), nullable=False),
    sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_canary_account_id_account')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_canary_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canary'))
    )
    with op.batch_alter_table('canary', schema=None) as batch_op:
        batch_op.create_index('ix_canary_store_asked', ['store_id', 'asked_at'], unique=False)

    op.create_table('duty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('zone_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ends_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_duty_account_id_account')),
    sa.ForeignKeyConstraint(['carrier_id'], ['carrier.id'], name=op.f('fk_duty_carrier_id_carrier')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_duty_store_id_store')),
    sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_duty_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty'))
    )
    with op.batch_alter_table('duty', schema=None) as batch_op:
        batch_op.create_index('ix_duty_store_ends', ['store_id', 'ends_at'], unique=False)

    op.create_table('policy_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_policy_hours_policy_id_policy')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_hours'))
    )
    with op.batch_alter_table('policy_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_policy_hours_policy_id'), ['policy_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('target', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('final_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_notice_incident_id_incident')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_notice_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index('ix_notice_state', ['state'], unique=False)

    op.create_table('stand_in_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('gateway', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('press_id', sa.Uuid(), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('received_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_stand_in_report_incident_id_incident')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stand_in_report_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stand_in_report'))
    )
    with op.batch_alter_table('stand_in_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stand_in_report_press_id'), ['press_id'], unique=False)

    with op.batch_alter_table('button', schema=None) as batch_op:
        batch_op.add_column(sa.Column('skill', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=True))
        batch_op.add_column(sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True))

    with op.batch_alter_table('carrier', schema=None) as batch_op:
        batch_op.add_column(sa.Column('languages', sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column('skills', sa.JSON(), nullable=False, server_default=sa.text("'[]'")))

    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.add_column(sa.Column('keeper', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.add_column(sa.Column('quiet', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('damped', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('passed_ids', sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column('last_resort_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('stood_in_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('confirmed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('cause_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('apology', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('remedy', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True))
        batch_op.add_column(sa.Column('cost_cents', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_incident_cause_id_cause'), 'cause', ['cause_id'], ['id'])

    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.add_column(sa.Column('fallback', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.add_column(sa.Column('use', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False, server_default=sa.text("'call'")))
        batch_op.add_column(sa.Column('priority', sa.Integer(), nullable=False, server_default=sa.text("'2'")))
        batch_op.add_column(sa.Column('tell_others', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true()))

    with op.batch_alter_table('policystep', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pager_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('most', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('alert', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_policystep_pager_id_pager'), 'pager', ['pager_id'], ['id'])

    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rotation_id', sa.Integer(), nullable=True))
        batch_op.alter_column('carrier_id',
               existing_type=sa.INTEGER(),
               nullable=True)
        batch_op.create_foreign_key(batch_op.f('fk_shift_rotation_id_rotation'), 'rotation', ['rotation_id'], ['id'])

    with op.batch_alter_table('store', schema=None) as batch_op:
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default=sa.text("'0'")))
        batch_op.add_column(sa.Column('file_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False, server_default=sa.text("''")))

    with op.batch_alter_table('zone', schema=None) as batch_op:
        batch_op.add_column(sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true()))



def downgrade() -> None:
    op.execute("DELETE FROM shift WHERE carrier_id IS NULL")
    op.execute("DELETE FROM policystep WHERE target = 'group'")
    with op.batch_alter_table('zone', schema=None) as batch_op:
        batch_op.drop_column('active')

    with op.batch_alter_table('store', schema=None) as batch_op:
        batch_op.drop_column('file_hash')
        batch_op.drop_column('revision')

    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_shift_rotation_id_rotation'), type_='foreignkey')
        batch_op.alter_column('carrier_id',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.drop_column('rotation_id')

    with op.batch_alter_table('policystep', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_policystep_pager_id_pager'), type_='foreignkey')
        batch_op.drop_column('alert')
        batch_op.drop_column('most')
        batch_op.drop_column('pager_id')

    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.drop_column('active')
        batch_op.drop_column('tell_others')
        batch_op.drop_column('priority')
        batch_op.drop_column('use')

    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.drop_column('fallback')

    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_incident_cause_id_cause'), type_='foreignkey')
        batch_op.drop_column('cost_cents')
        batch_op.drop_column('remedy')
        batch_op.drop_column('apology')
        batch_op.drop_column('cause_id')
        batch_op.drop_column('confirmed_at')
        batch_op.drop_column('stood_in_at')
        batch_op.drop_column('last_resort_at')
        batch_op.drop_column('passed_ids')
        batch_op.drop_column('damped')
        batch_op.drop_column('quiet')

    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.drop_column('keeper')

    with op.batch_alter_table('carrier', schema=None) as batch_op:
        batch_op.drop_column('skills')
        batch_op.drop_column('languages')

    with op.batch_alter_table('button', schema=None) as batch_op:
        batch_op.drop_column('language')
        batch_op.drop_column('skill')

    with op.batch_alter_table('stand_in_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stand_in_report_press_id'))

    op.drop_table('stand_in_report')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_state')
        batch_op.drop_index(batch_op.f('ix_notice_incident_id'))

    op.drop_table('notice')
    with op.batch_alter_table('policy_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_policy_hours_policy_id'))

    op.drop_table('policy_hours')
    with op.batch_alter_table('duty', schema=None) as batch_op:
        batch_op.drop_index('ix_duty_store_ends')

    op.drop_table('duty')
    with op.batch_alter_table('canary', schema=None) as batch_op:
        batch_op.drop_index('ix_canary_store_asked')

    op.drop_table('canary')
    with op.batch_alter_table('rotation_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rotation_member_rotation_id'))

    op.drop_table('rotation_member')
    op.drop_table('special_day')
    with op.batch_alter_table('rotation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rotation_store_id'))

    op.drop_table('rotation')
    with op.batch_alter_table('opening', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_opening_store_id'))

    op.drop_table('opening')
    op.drop_table('last_resort')
    with op.batch_alter_table('coverage', schema=None) as batch_op:
        batch_op.drop_index('ix_coverage_store_starts')

    op.drop_table('coverage')
    with op.batch_alter_table('cause', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cause_store_id'))

    op.drop_table('cause')
