"""Facts about this file."""

from sqlmodel import Field

from cockpit.storage.tables.base import Row


class MetaRow(Row, table=True):
    """Facts about this file: device_id, hub_url, person_id, epoch, generation, fence, totals."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True, max_length=64)
    value: str = ""
