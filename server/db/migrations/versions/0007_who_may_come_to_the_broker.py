"""Who may come to the broker: identities of devices, and the claims by which they get one."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('identity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('way', sqlmodel.sql.sqltypes.AutoString(length=11), nullable=False),
    sa.Column('serial', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('key_print', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('certificate', sqlmodel.sql.sqltypes.AutoString(length=8192), nullable=False),
    sa.Column('not_after', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('request', sa.Uuid(), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('told_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['ended_by_id'], ['account.id'], name=op.f('fk_identity_ended_by_id_account')),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_identity_made_by_id_account')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_identity_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity'))
    )
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.create_index('ix_identity_device', ['store_id', 'device'], unique=False)
        batch_op.create_index('ix_identity_untold', ['state'], unique=False, sqlite_where=sa.text('told_at IS NULL'), postgresql_where=sa.text('told_at IS NULL'))
        batch_op.create_index('uq_identity_serial', ['serial'], unique=True)

    op.create_table('claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('store_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=1), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('inputs', sa.JSON(), nullable=False),
    sa.Column('replaces', sa.Boolean(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=9), nullable=False),
    sa.Column('code_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=45), nullable=False),
    sa.Column('sw', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('has_inputs', sa.JSON(), nullable=False),
    sa.Column('csr', sqlmodel.sql.sqltypes.AutoString(length=8192), nullable=False),
    sa.Column('figures', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('ticket_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('pressed_input', sa.Integer(), nullable=True),
    sa.Column('pressed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('identity_id', sa.Integer(), nullable=True),
    sa.Column('granted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_claim_decided_by_id_account')),
    sa.ForeignKeyConstraint(['identity_id'], ['identity.id'], name=op.f('fk_claim_identity_id_identity')),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_claim_made_by_id_account')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_claim_store_id_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim'))
    )
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.create_index('ix_claim_store_expires', ['store_id', 'expires_at'], unique=False)
        batch_op.create_index('uq_claim_code', ['code_hash'], unique=True)
        batch_op.create_index('uq_claim_ticket', ['ticket_hash'], unique=True)



def downgrade() -> None:
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.drop_index('uq_claim_ticket')
        batch_op.drop_index('uq_claim_code')
        batch_op.drop_index('ix_claim_store_expires')

    op.drop_table('claim')
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.drop_index('uq_identity_serial')
        batch_op.drop_index('ix_identity_untold', sqlite_where=sa.text('told_at IS NULL'), postgresql_where=sa.text('told_at IS NULL'))
        batch_op.drop_index('ix_identity_device')

    op.drop_table('identity')
