"""Tablets that a shop shares, the PINs of its people, and wrong ones."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pin',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('pin_hash', sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
    sa.Column('set_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_pin_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_pin'))
    )
    op.create_table('tablet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('secret_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('agent', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('number', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=True),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('enrolled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('enrolled_by_id', sa.Integer(), nullable=True),
    sa.Column('used_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('revoked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('free_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['enrolled_by_id'], ['account.id'], name=op.f('fk_tablet_enrolled_by_id_account')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['account.id'], name=op.f('fk_tablet_revoked_by_id_account')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_tablet_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tablet')),
    sa.UniqueConstraint('number', name=op.f('uq_tablet_number')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_tablet_secret_hash'))
    )
    with op.batch_alter_table('tablet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tablet_store_id'), ['store_id'], unique=False)

    op.create_table('tablet_door',
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_tablet_door_account_id_account')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_tablet_door_store_id_store')),
    sa.PrimaryKeyConstraint('store_id', name=op.f('pk_tablet_door'))
    )
    op.create_table('pin_tries',
    sa.Column('tablet_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('last_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_pin_tries_account_id_account')),
    sa.ForeignKeyConstraint(['tablet_id'], ['tablet.id'], name=op.f('fk_pin_tries_tablet_id_tablet')),
    sa.PrimaryKeyConstraint('tablet_id', 'account_id', name=op.f('pk_pin_tries'))
    )


def downgrade() -> None:
    op.drop_table('pin_tries')
    op.drop_table('tablet_door')
    with op.batch_alter_table('tablet', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tablet_store_id'))

    op.drop_table('tablet')
    op.drop_table('pin')
