"""Seven roles: who managed every store owns the shop, who leads a shift signs in as that; a password may have to be
changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

account = sa.table(
    'account',
    sa.column('id', sa.Integer()),
    sa.column('role', sa.String()),
    sa.column('store_id', sa.String()),
    sa.column('carrier_id', sa.Integer()),
    sa.column('active', sa.Boolean()),
)
carrier = sa.table('carrier', sa.column('id', sa.Integer()), sa.column('role', sa.String()))


def upgrade() -> None:
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('must_change', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.alter_column('must_change', server_default=None)
    bind = op.get_bind()
    manages = account.c.role == 'manager'
    bind.execute(account.update().where(manages, account.c.store_id.is_(None)).values(role='owner'))
    everywhere = (account.c.role == 'owner') & account.c.active
    if not bind.execute(sa.select(sa.func.count()).select_from(account).where(everywhere)).scalar():
        # Somebody must be able to make owners: the first manager of each store, who could do everything so far.
        first = sa.select(sa.func.min(account.c.id)).where(manages, account.c.active).group_by(account.c.store_id)
        ids = [row[0] for row in bind.execute(first)]
        bind.execute(account.update().where(account.c.id.in_(ids)).values(role='owner'))
    leads = sa.select(carrier.c.id).where(carrier.c.role == 'shift_lead')
    leading = (account.c.role == 'staff') & account.c.carrier_id.in_(leads)
    bind.execute(account.update().where(leading).values(role='shift_lead'))


def downgrade() -> None:
    """What the program before this one does not know becomes the nearest that it knows, never more."""
    bind = op.get_bind()
    bind.execute(account.update().where(account.c.role == 'owner').values(role='manager'))
    bind.execute(account.update().where(account.c.role != 'manager').values(role='staff'))
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_column('must_change')
