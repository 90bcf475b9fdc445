"""Pure rules that judge the writing of questions: values in, findings with reasons out. No database, no framework."""
