"""Every way to a wrist: standby transmitters, attempts of several gateways, groups of pagers, air time."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

EMPTY = sa.text("'[]'")


def upgrade() -> None:
    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ways', sa.JSON(), nullable=False, server_default=EMPTY))
        batch_op.add_column(sa.Column('attempt_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('others', sa.JSON(), nullable=False, server_default=EMPTY))
        batch_op.add_column(sa.Column('moves', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('members', sa.JSON(), nullable=False, server_default=EMPTY))
        batch_op.add_column(sa.Column('heads', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.add_column(sa.Column('members', sa.JSON(), nullable=False, server_default=EMPTY))
    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.add_column(sa.Column('patience_s', sa.Integer(), nullable=False, server_default='10'))
    with op.batch_alter_table('transmitter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('standby_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('ceiling_s', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('air_s', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f('fk_transmitter_standby_id_transmitter'), 'transmitter', ['standby_id'], ['id']
        )


def downgrade() -> None:
    with op.batch_alter_table('transmitter', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_transmitter_standby_id_transmitter'), type_='foreignkey')
        batch_op.drop_column('air_s')
        batch_op.drop_column('ceiling_s')
        batch_op.drop_column('standby_id')
    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.drop_column('patience_s')
    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.drop_column('members')
    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.drop_column('heads')
        batch_op.drop_column('members')
        batch_op.drop_column('moves')
        batch_op.drop_column('others')
        batch_op.drop_column('attempt_at')
        batch_op.drop_column('ways')
