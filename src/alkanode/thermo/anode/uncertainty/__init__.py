"""What an uncertain temperature and an uncertain assessment do to a result, and how headline numbers say so."""
