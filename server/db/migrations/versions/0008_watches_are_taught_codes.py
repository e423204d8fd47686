"""Watches are taught codes: those of each place, and what RF bridges hear of foreign buttons."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('watch_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('input', sa.Integer(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('own', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('learned', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=True),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_watch_code_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_code')),
    sa.UniqueConstraint('store_id', 'device', 'input', 'reason', name=op.f('uq_watch_code_store_id_device_input_reason')),
    sa.UniqueConstraint('store_id', 'own', name=op.f('uq_watch_code_store_id_own'))
    )
    op.create_table('watch_site',
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('identity', sa.Integer(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_watch_site_store_id_store')),
    sa.PrimaryKeyConstraint('store_id', name=op.f('pk_watch_site'))
    )
    with op.batch_alter_table('transmitter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('heard', sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column('heard_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('transmitter', schema=None) as batch_op:
        batch_op.drop_column('heard_at')
        batch_op.drop_column('heard')

    op.drop_table('watch_site')
    op.drop_table('watch_code')
