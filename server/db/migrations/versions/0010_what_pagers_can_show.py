"""What transmitters say they can do, what a wrist shows without scrolling, and only sets of letters that exist.

`utf-8` was offered as a set of letters, yet no transmitter ever took it: a text beyond ASCII failed, one within ASCII
came through. So `ascii` shows what was shown, and what failed until now goes out in Latin letters, whatever the
pager's language. Which Russian display a pager has nobody but its owner knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KNOWN = ('ascii', 'de', 'se', 'koi7', 'linguist', 'philips')


def upgrade() -> None:
    with op.batch_alter_table('transmitter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('formats', sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column('charsets', sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column('longest', sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column('alerts', sa.Integer(), nullable=True))
    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.add_column(sa.Column('visible', sa.Integer(), nullable=False, server_default=sa.text("16")))
    for table, names in (('transmitter', ('formats', 'charsets', 'longest')), ('pager', ('visible',))):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.alter_column(name, server_default=None)
    pager = sa.table('pager', sa.column('charset', sa.String))
    op.execute(pager.update().where(pager.c.charset.not_in(KNOWN)).values(charset='ascii'))


def downgrade() -> None:
    with op.batch_alter_table('pager', schema=None) as batch_op:
        batch_op.drop_column('visible')
    with op.batch_alter_table('transmitter', schema=None) as batch_op:
        batch_op.drop_column('alerts')
        batch_op.drop_column('longest')
        batch_op.drop_column('charsets')
        batch_op.drop_column('formats')
