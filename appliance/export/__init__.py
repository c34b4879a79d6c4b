"""Exports: what the store and its archive hold, in the formats of the field."""

from typing import Final

from appliance.export.csv_table import CsvTable
from appliance.export.ipfix import Ipfix
from appliance.export.json_lines import JsonLines
from appliance.export.parquet_file import ParquetFile
from appliance.export.zeek_log import ZeekLog

EXPORTERS: Final = (CsvTable, JsonLines, ParquetFile, ZeekLog, Ipfix)
"""Every format, in the order of the command's help. To add one: its file, its line here, its test in
tests/appliance/export, its heading in docs/exports.md."""
