"""The bank as the application takes it."""

from examprep.bank.cli import bank
from examprep.bank.importer import IMPORTER
from examprep.feature import Feature

FEATURE = Feature("bank", commands=(bank,), importers=(IMPORTER,))
