# JupyterLab on the notebooks, or any command: see docs/deploying.md. Built from the lock, with hashes.
FROM python:3.11-slim
RUN useradd --create-home --uid 1000 ipe && apt-get update \
    && apt-get install -y --no-install-recommends chromium \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/ipe-workbench
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY ipe_workbench ipe_workbench
COPY data data
COPY notebooks notebooks
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && rm -rf /opt/ipe-workbench
USER ipe
WORKDIR /home/ipe
# The simulation is compiled once, here, and not while somebody waits.
RUN python -m ipe_workbench.simulation.warm
EXPOSE 8888
ENTRYPOINT ["ipe"]
CMD ["--help"]
